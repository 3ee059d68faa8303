-- CloudFront by distribution and edge location: bandwidth and requests.
-- Parameters: month
WITH
  usage AS ({usage}),
  served AS (
    SELECT
      coalesce(nullif(split_part(resource, '/', 2), ''), '(none)') AS distribution,
      nullif(regexp_extract(usage_type, '^[A-Z][A-Z]'), '') AS place,
      CASE
        WHEN strpos(usage_type, 'Bytes') > 0 THEN 'bandwidth'
        WHEN strpos(usage_type, 'Requests') > 0 THEN 'requests'
        ELSE 'other'
      END AS what,
      unit,
      amount,
      usd
    FROM usage
    WHERE service = 'AmazonCloudFront'
  )
SELECT distribution, place, what, unit, round(sum(amount), 6) AS amount, round(sum(usd), 6) AS usd
FROM served
GROUP BY distribution, place, what, unit
ORDER BY distribution, place, what, unit
