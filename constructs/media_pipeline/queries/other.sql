-- What is no usage: tax, credits, refunds, fees; of those of savings plans the part that was used is elsewhere too.
-- Parameters: month
SELECT
  line_item_line_item_type AS kind,
  line_item_product_code AS service,
  max(line_item_line_item_description) AS description,
  round(sum(line_item_unblended_cost), 6) AS usd
FROM cur
WHERE billing_period = ?
  AND line_item_usage_account_id = '{account}'
  AND line_item_line_item_type NOT IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage', 'SavingsPlanNegation')
GROUP BY line_item_line_item_type, line_item_product_code
ORDER BY kind, service
