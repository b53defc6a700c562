# settings that all parts share
path "kv/data/fleeting" {
  capabilities = ["read"]
}

# its own settings
path "kv/data/fleeting/submitter" {
  capabilities = ["read"]
}

# a Redis user of its own
path "database/creds/fleeting-submitter" {
  capabilities = ["read"]
}

# or a Redis user that stays, and its password
path "database/static-creds/fleeting-submitter-static" {
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

# sign what it queues
path "transit/sign/fleeting" {
  capabilities = ["update"]
}

# the public half of the signing key
path "transit/keys/fleeting" {
  capabilities = ["read"]
}
