-- S3 by bucket and storage class: storage, requests, retrieval, what went early or is too small, transfer.
-- Parameters: month
WITH
  usage AS ({usage}),
  kept AS (
    SELECT
      coalesce(nullif(resource, ''), '(none)') AS bucket,
      CASE
        WHEN strpos(usage_type, 'GDA') > 0 THEN 'DEEP_ARCHIVE'
        WHEN strpos(usage_type, 'SIA') > 0 THEN 'STANDARD_IA'
        WHEN strpos(usage_type, 'ZIA') > 0 THEN 'ONEZONE_IA'
        WHEN strpos(usage_type, 'GIR') > 0 THEN 'GLACIER_IR'
        WHEN strpos(usage_type, 'INT') > 0 THEN 'INTELLIGENT_TIERING'
        WHEN strpos(upper(usage_type), 'GLACIER') > 0 OR strpos(usage_type, 'EarlyDelete-ByteHrs') > 0 THEN 'GLACIER'
        WHEN strpos(usage_type, 'TimedStorage') > 0 OR strpos(usage_type, 'Requests') > 0 THEN 'STANDARD'
        ELSE ''
      END AS storage_class,
      CASE
        WHEN strpos(usage_type, 'SmObjects') > 0 OR strpos(usage_type, 'Staging') > 0 THEN 'overhead'
        WHEN strpos(usage_type, 'TimedStorage') > 0 THEN 'storage'
        WHEN strpos(usage_type, 'Requests') > 0 THEN 'requests'
        WHEN strpos(usage_type, 'Retrieval') > 0 THEN 'retrieval'
        WHEN strpos(usage_type, 'EarlyDelete') > 0 THEN 'early delete'
        WHEN strpos(usage_type, 'Out-Bytes') > 0 OR strpos(usage_type, 'In-Bytes') > 0 THEN 'transfer'
        ELSE 'other'
      END AS what,
      unit,
      amount,
      usd
    FROM usage
    WHERE service IN ('AmazonS3', 'AmazonGlacier')
  )
SELECT bucket, storage_class, what, unit, round(sum(amount), 6) AS amount, round(sum(usd), 6) AS usd
FROM kept
GROUP BY bucket, storage_class, what, unit
ORDER BY bucket, storage_class, what, unit
