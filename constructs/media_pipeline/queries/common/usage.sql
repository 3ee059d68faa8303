SELECT
  line_item_usage_start_date AS started,
  line_item_product_code AS service,
  line_item_usage_type AS usage_type,
  line_item_operation AS operation,
  line_item_resource_id AS resource,
  line_item_usage_amount AS amount,
  pricing_unit AS unit,
  pricing_public_on_demand_cost AS list_usd,
  product_region_code AS region,
  element_at(product, 'product_name') AS title,
  element_at(resource_tags, 'user_impp_source') AS source,
  element_at(resource_tags, 'user_impp_collection') AS collection,
  element_at(resource_tags, 'user_impp_clip') AS clip,
  element_at(resource_tags, 'user_impp_makes') AS makes,
  element_at(resource_tags, 'user_impp_queue') AS queue,
  CASE line_item_line_item_type
    WHEN 'DiscountedUsage' THEN reservation_effective_cost
    WHEN 'SavingsPlanCoveredUsage' THEN savings_plan_savings_plan_effective_cost
    ELSE line_item_unblended_cost
  END AS usd
FROM cur
WHERE billing_period = ?
  AND line_item_line_item_type IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage')
  AND line_item_usage_account_id = '{account}'
  AND (
    element_at(resource_tags, 'user_impp_environment') = '{environment}'
    OR element_at(resource_tags, 'user_impp_environment') IS NULL AND line_item_product_code IN ({services})
  )
