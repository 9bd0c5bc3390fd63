// The command line of interleave-backend.
#pragma once
#include <cstdint>
#include <filesystem>
#include <optional>

#include "core/net/endpoint.hpp"

namespace interleave {

struct BackendOptions {
  Endpoint listen;
  std::filesystem::path workload;
  std::uint64_t seed = 1;
};

// --help and --version print to stdout and give nullopt (exit 0). Throws UsageError.
[[nodiscard]] std::optional<BackendOptions> parse_backend_options(int argc, char** argv);

}  // namespace interleave
