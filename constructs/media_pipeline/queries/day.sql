-- What each service cost on each day.
-- Parameters: month
WITH usage AS ({usage})
SELECT CAST(date_trunc('day', started) AS date) AS day, service, round(sum(usd), 6) AS usd
FROM usage
GROUP BY CAST(date_trunc('day', started) AS date), service
ORDER BY day, service
