-- Lambda by function: calls, and memory held for how long.
-- Parameters: month
WITH usage AS ({usage})
SELECT
  coalesce(nullif(split_part(resource, ':', 7), ''), '(none)') AS function,
  round(sum(CASE WHEN strpos(usage_type, 'Request') > 0 THEN amount ELSE 0 END), 6) AS requests,
  round(sum(CASE WHEN strpos(usage_type, 'GB-Second') > 0 THEN amount ELSE 0 END), 6) AS gb_seconds,
  round(sum(usd), 6) AS usd
FROM usage
WHERE service = 'AWSLambda'
GROUP BY coalesce(nullif(split_part(resource, ':', 7), ''), '(none)')
ORDER BY usd DESC, function
