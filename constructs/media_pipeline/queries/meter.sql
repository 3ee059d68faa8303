-- What was counted on each meter, at what price: what an estimate is compared with.
-- Parameters: month
WITH usage AS ({usage})
SELECT
  service,
  usage_type,
  max(unit) AS unit,
  round(sum(amount), 6) AS amount,
  round(sum(usd), 6) AS usd,
  round(sum(list_usd), 6) AS list_usd
FROM usage
GROUP BY service, usage_type
ORDER BY usd DESC, service, usage_type
