// `interleave`: measures how servers wait. The commands are in harness/cli.
#include <csignal>
#include <cstdio>
#include <variant>

#include "core/base/program.hpp"
#include "harness/cli/commands.hpp"
#include "harness/process/interrupt.hpp"

namespace interleave {
namespace {

struct Dispatch {
  const Interrupt& interrupt;
  ExitCode operator()(std::monostate) const { return ExitCode::ok; }
  ExitCode operator()(const auto& options) const { return execute(options, interrupt); }
};

int run(int argc, char** argv) {
  int interrupted_code = 0;  // 128 + the signal: none of ExitCode's
  const int code = run_program([&] {
    try {
      const Interrupt interrupt;
      return std::visit(Dispatch{interrupt}, parse_command_line(argc, argv));
    } catch (const Interrupted& interrupted) {
      std::fprintf(stderr, "interrupted\n");
      interrupted_code = interrupted.exit_code();
      return ExitCode::failure;
    }
  });
  return interrupted_code != 0 ? interrupted_code : code;
}

}  // namespace
}  // namespace interleave

int main(int argc, char** argv) {
  std::signal(SIGPIPE, SIG_IGN);  // `interleave ... | head` must not end a measurement
  std::signal(SIGXFSZ, SIG_IGN);  // a file too large is an error of one write, like a full disk
  return interleave::run(argc, argv);
}
