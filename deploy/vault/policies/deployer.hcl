# who the submitter is
path "auth/approle/role/fleeting-submitter/role-id" {
  capabilities = ["read"]
}

# wrapped alone: what it hands on, it cannot use
path "auth/approle/role/fleeting-submitter/secret-id" {
  capabilities = ["update"]
  min_wrapping_ttl = "1s"
  max_wrapping_ttl = "5m"
}

# who the retriever is
path "auth/approle/role/fleeting-retriever/role-id" {
  capabilities = ["read"]
}

# wrapped alone: what it hands on, it cannot use
path "auth/approle/role/fleeting-retriever/secret-id" {
  capabilities = ["update"]
  min_wrapping_ttl = "1s"
  max_wrapping_ttl = "5m"
}

# who the api is
path "auth/approle/role/fleeting-api/role-id" {
  capabilities = ["read"]
}

# wrapped alone: what it hands on, it cannot use
path "auth/approle/role/fleeting-api/secret-id" {
  capabilities = ["update"]
  min_wrapping_ttl = "1s"
  max_wrapping_ttl = "5m"
}

# who the scheduler is
path "auth/approle/role/fleeting-scheduler/role-id" {
  capabilities = ["read"]
}

# wrapped alone: what it hands on, it cannot use
path "auth/approle/role/fleeting-scheduler/secret-id" {
  capabilities = ["update"]
  min_wrapping_ttl = "1s"
  max_wrapping_ttl = "5m"
}

# who the worker is
path "auth/approle/role/fleeting-worker/role-id" {
  capabilities = ["read"]
}

# wrapped alone: what it hands on, it cannot use
path "auth/approle/role/fleeting-worker/secret-id" {
  capabilities = ["update"]
  min_wrapping_ttl = "1s"
  max_wrapping_ttl = "5m"
}

# who the flower is
path "auth/approle/role/fleeting-flower/role-id" {
  capabilities = ["read"]
}

# wrapped alone: what it hands on, it cannot use
path "auth/approle/role/fleeting-flower/secret-id" {
  capabilities = ["update"]
  min_wrapping_ttl = "1s"
  max_wrapping_ttl = "5m"
}
