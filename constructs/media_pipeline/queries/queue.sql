-- MediaConvert by queue: jobs, and minutes of their outputs.
-- Parameters: month
WITH usage AS ({usage})
SELECT
  coalesce(queue, nullif(regexp_extract(resource, 'queues/(.+)$', 1), ''), '(none)') AS queue,
  count(DISTINCT coalesce(concat(clip, '/', makes), nullif(regexp_extract(resource, 'jobs/(.+)$', 1), ''))) AS jobs,
  round(sum(CASE WHEN unit = 'minutes' THEN amount ELSE 0 END), 6) AS minutes,
  round(sum(usd), 6) AS usd
FROM usage
WHERE service = 'AWSElementalMediaConvert'
GROUP BY coalesce(queue, nullif(regexp_extract(resource, 'queues/(.+)$', 1), ''), '(none)')
ORDER BY usd DESC, queue
