-- Take from every window of a caller, or from none. `acquire` and `measure` are scripts of the
-- library limits: see rate_limiter.py.
-- KEYS: what was taken of each window. ARGV: cost, what of a repetition is taken beside it; then
--       for each window: amount, seconds.
-- Returns: for each window, how much of it is taken, ms until the oldest of that leaves it, and ms
--          until there is room, or 0.
local cost, later = tonumber(ARGV[1]), tonumber(ARGV[2])
local present = string.format('%.6f', now_us / 1000000)

local function window(n)
  return tonumber(ARGV[2 * n + 1]), tonumber(ARGV[2 * n + 2])
end

local function taken(n)
  local amount, seconds = window(n)
  local found = measure({KEYS[n]}, {present - seconds, amount})
  return found and found[2] or 0
end

local function left_of(n, place)
  local _, seconds = window(n)
  local at = redis.call('LINDEX', KEYS[n], place)
  if not at then return 0 end
  return math.max(1, math.ceil((tonumber(at) + seconds) * 1000 - now_us / 1000))
end

local fits = true
for n = 1, #KEYS do
  if taken(n) + cost > window(n) then fits = false end
end

local answers = {}
for n = 1, #KEYS do
  local amount, seconds = window(n)
  if fits then acquire({KEYS[n]}, {present, amount, seconds, cost}) end
  local used, pause = taken(n), 0
  if not fits and used + cost > amount then pause = left_of(n, amount - cost - later) end
  answers[n] = {used, used > 0 and left_of(n, used - 1) or 0, pause}
end
return answers
