-- What each service cost.
-- Parameters: month
WITH usage AS ({usage})
SELECT service, max(title) AS title, round(sum(usd), 6) AS usd
FROM usage
GROUP BY service
ORDER BY usd DESC, service
