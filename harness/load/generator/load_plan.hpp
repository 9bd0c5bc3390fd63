// What a run of the generator is to do: plain data, made from the command line.
#pragma once
#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "harness/load/generator/arrivals.hpp"
#include "harness/load/generator/idle_set.hpp"
#include "harness/load/generator/load_loop.hpp"
#include "harness/load/generator/rate_search.hpp"
#include "harness/load/generator/request_mix.hpp"
#include "harness/load/generator/url.hpp"

namespace interleave {

struct LoadPlan {
  Url url;
  Endpoint target;
  MixOptions mix;
  bool closed_loop = false;
  Schedule schedule;  // of a closed loop: its warm-up, duration and seed
  std::uint32_t connections = 0;
  std::uint32_t threads = 1;
  Nanoseconds deadline = std::chrono::seconds(30);
  Nanoseconds drain = std::chrono::seconds(5);
  Nanoseconds think{0};
  bool close_each = false;
  Pick pick = Pick::round_robin;
  WaitMode wait = WaitMode::block;
  std::size_t queue_limit = 262'144;  // of all threads
  std::vector<std::string> sources;
  bool timeline = false;
  bool timeline_in_result = false;  // in result_json() too; implies timeline
  bool request_log = false;
  std::optional<Promise> search;  // open loop: the rate is where the search begins
};

[[nodiscard]] std::string_view name_of(Pick pick) noexcept;
[[nodiscard]] std::string_view name_of(WaitMode wait) noexcept;

}  // namespace interleave
