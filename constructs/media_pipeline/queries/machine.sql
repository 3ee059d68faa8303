-- Step Functions by state machine.
-- Parameters: month
WITH usage AS ({usage})
SELECT
  coalesce(nullif(split_part(resource, ':', 7), ''), '(none)') AS machine,
  round(sum(amount), 6) AS transitions,
  round(sum(usd), 6) AS usd
FROM usage
WHERE service = 'AmazonStates'
GROUP BY coalesce(nullif(split_part(resource, ':', 7), ''), '(none)')
ORDER BY usd DESC, machine
