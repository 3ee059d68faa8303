-- Of each service, what a gigabyte received in the month cost.
-- Parameters: month, bytes
WITH usage AS ({usage})
SELECT service, round(sum(usd), 6) AS usd, round(sum(usd) / nullif(CAST(? AS double) / 1073741824, 0), 9) AS usd_a_gb
FROM usage
GROUP BY service
ORDER BY usd DESC, service
