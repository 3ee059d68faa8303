-- By source and service, where a cost carries its source's tag: MediaConvert's jobs and Transcribe's.
-- Parameters: month
WITH usage AS ({usage})
SELECT coalesce(source, '(shared)') AS source, service, round(sum(usd), 6) AS usd
FROM usage
GROUP BY coalesce(source, '(shared)'), service
ORDER BY source, usd DESC, service
