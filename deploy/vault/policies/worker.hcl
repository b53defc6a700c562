# settings that all parts share
path "kv/data/fleeting" {
  capabilities = ["read"]
}

# its own settings
path "kv/data/fleeting/worker" {
  capabilities = ["read"]
}

# a Redis user of its own
path "database/creds/fleeting-worker" {
  capabilities = ["read"]
}

# or a Redis user that stays, and its password
path "database/static-creds/fleeting-worker-static" {
  capabilities = ["read"]
}

# renew leases whose id it was given
path "sys/leases/renew" {
  capabilities = ["update"]
}

# revoke leases whose id it was given
path "sys/leases/revoke" {
  capabilities = ["update"]
}

# how long its token lives
path "auth/token/lookup-self" {
  capabilities = ["read"]
}

# keep its token alive
path "auth/token/renew-self" {
  capabilities = ["update"]
}

# end its token at its end
path "auth/token/revoke-self" {
  capabilities = ["update"]
}

# the public half of the signing key
path "transit/keys/fleeting" {
  capabilities = ["read"]
}

# secrets that tasks name
path "kv/data/tasks/*" {
  capabilities = ["read"]
}

# credentials that tasks lease
path "database/creds/tasks-*" {
  capabilities = ["read"]
}
