// `interleave`: measures how servers wait. The commands are in harness/cli.
#include <csignal>
#include <cstdio>
#include <exception>
#include <system_error>
#include <variant>

#include "core/base/error.hpp"
#include "harness/cli/commands.hpp"
#include "harness/process/interrupt.hpp"

namespace interleave {
namespace {

struct Dispatch {
  const Interrupt& interrupt;
  ExitCode operator()(std::monostate) const { return ExitCode::ok; }
  ExitCode operator()(const auto& options) const { return execute(options, interrupt); }
};

int report(const char* message, ExitCode code) {
  std::fprintf(stderr, "error: %s\n", message);
  return static_cast<int>(code);
}

int run(int argc, char** argv) {
  try {
    const Interrupt interrupt;
    return static_cast<int>(std::visit(Dispatch{interrupt}, parse_command_line(argc, argv)));
  } catch (const Interrupted& interrupted) {
    std::fprintf(stderr, "interrupted\n");
    return interrupted.exit_code();
  } catch (const UsageError& error) {
    return report(error.what(), ExitCode::usage);
  } catch (const std::exception& error) {
    return report(error.what(), ExitCode::failure);
  }
}

}  // namespace
}  // namespace interleave

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // `interleave ... | head` must not end a measurement
  std::signal(SIGXFSZ, SIG_IGN);  // a file too large is an error of one write, like a full disk
  return interleave::run(argc, argv);
}
