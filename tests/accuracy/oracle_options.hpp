// The command line of oracle-server.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/net/endpoint.hpp"
#include "core/workload/workload.hpp"

namespace interleave {

struct OracleOptions {
  Endpoint listen;
  std::uint32_t servers = 1;  // 0: as many as there are requests
  Latency service;
  std::uint64_t seed = 1;
  std::filesystem::path log;
  bool spin = false;
};

// nullopt: --help was asked for, and printed. Throws UsageError.
[[nodiscard]] std::optional<OracleOptions> parse_oracle_options(int argc, char** argv);

}  // namespace interleave
