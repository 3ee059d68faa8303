-- Of each service, what a clip of the month cost.
-- Parameters: month, clips
WITH usage AS ({usage})
SELECT service, round(sum(usd), 6) AS usd, round(sum(usd) / nullif(CAST(? AS double), 0), 9) AS usd_a_clip
FROM usage
GROUP BY service
ORDER BY usd DESC, service
