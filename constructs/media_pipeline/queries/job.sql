-- MediaConvert by job: whose clip it made what of, and how many minutes of outputs that is.
-- Parameters: month
WITH usage AS ({usage})
SELECT
  coalesce(clip, nullif(regexp_extract(resource, 'jobs/(.+)$', 1), ''), '(none)') AS clip,
  coalesce(makes, '(none)') AS makes,
  max(source) AS source,
  max(collection) AS collection,
  round(sum(CASE WHEN unit = 'minutes' THEN amount ELSE 0 END), 6) AS minutes,
  round(sum(usd), 6) AS usd
FROM usage
WHERE service = 'AWSElementalMediaConvert'
GROUP BY coalesce(clip, nullif(regexp_extract(resource, 'jobs/(.+)$', 1), ''), '(none)'), coalesce(makes, '(none)')
ORDER BY usd DESC, clip, makes
