-- Rekognition, Transcribe and Comprehend by API.
-- Parameters: month
WITH usage AS ({usage})
SELECT service, operation, usage_type, max(unit) AS unit, round(sum(amount), 6) AS amount, round(sum(usd), 6) AS usd
FROM usage
WHERE service IN ('AmazonRekognition', 'transcribe', 'comprehend')
GROUP BY service, operation, usage_type
ORDER BY service, operation, usage_type
