-- By campaign and service, where a cost carries the tags of a clip that a campaign fetched.
-- Parameters: month
WITH usage AS ({usage})
SELECT collection AS campaign, source, service, round(sum(usd), 6) AS usd
FROM usage
WHERE source IN ({fetched})
GROUP BY collection, source, service
ORDER BY campaign, source, usd DESC, service
