// The command line every server shares.
#pragma once
#include <filesystem>
#include <optional>
#include <string>

#include "servers/common/server.hpp"

namespace interleave {

struct ServerOptions {
  ServerConfig config;
  std::filesystem::path workload;
  std::optional<double> cpu_rate;  // iterations per microsecond; none: calibrate at the start
  std::filesystem::path trace;     // where the trace goes; empty: none is recorded
};

// Parses the command line. --help, --version and --describe print to stdout and give nullopt (exit 0).
// Throws UsageError.
[[nodiscard]] std::optional<ServerOptions> parse_server_options(int argc, char** argv, const ModelInfo& info);

}  // namespace interleave
