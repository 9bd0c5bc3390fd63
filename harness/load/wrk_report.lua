-- What wrk measured, as one JSON object in the file named by INTERLEAVE_WRK_REPORT. Runs inside wrk (-s); parameters
-- come by the environment, because done() runs in wrk's main Lua state and sees nothing of the threads' states.
--
-- The histogram is exported as wrk holds it: rewritten by stats_correct (phantom samples added). The harness undoes
-- that and proves it (harness/load/wrk_recovery.hpp). latency(i) is the i-th non-empty bin: (microseconds, count). Each
-- call scans the bins from the smallest latency on, so the whole export costs bins x range / 2 steps; above
-- INTERLEAVE_WRK_MAX_STEPS it is left out ("histogram": null), which the harness reports.

local function number(value)
  return string.format("%.17g", value)
end

local function pairs_of(latency)
  local limit = tonumber(os.getenv("INTERLEAVE_WRK_MAX_STEPS")) or 1e10
  local bins = #latency
  local range = latency.max - latency.min + 1
  if bins > 0 and bins * range / 2 > limit then return "null" end
  local parts = {}
  for i = 1, bins do
    local value, count = latency(i)
    parts[i] = string.format("[%d,%d]", value, count)
  end
  return "[" .. table.concat(parts, ",") .. "]"
end

-- wrk leaves min at its largest value and max at 0 if there was no reply; #latency is then 0.
local function reported(latency)
  if #latency == 0 then return "null" end
  return string.format(
    '{"min_us":%s,"max_us":%s,"mean_us":%s,"stdev_us":%s,"p50_us":%s,"p90_us":%s,"p99_us":%s,"p999_us":%s}',
    number(latency.min), number(latency.max), number(latency.mean), number(latency.stdev),
    number(latency:percentile(50)), number(latency:percentile(90)),
    number(latency:percentile(99)), number(latency:percentile(99.9)))
end

function done(summary, latency, requests)
  local errors = summary.errors
  local path = os.getenv("INTERLEAVE_WRK_REPORT")
  local file = assert(io.open(path, "w"))
  file:write(string.format('{"requests":%d,"duration_us":%d,"bytes":%d,', summary.requests, summary.duration, summary.bytes))
  file:write(string.format('"errors":{"connect":%d,"read":%d,"write":%d,"status":%d,"timeout":%d},',
    errors.connect, errors.read, errors.write, errors.status, errors.timeout))
  file:write('"reported":', reported(latency), ',"histogram":', pairs_of(latency), "}\n")
  assert(file:close())
end
