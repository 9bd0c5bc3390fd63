// A child process that cannot be lost: captured output, deadlines, and an end that always comes.
//
// The child dies with the harness (PR_SET_PDEATHSIG), also if the harness is killed with SIGKILL, and so do its own
// children (guardian.hpp). The kernel sends that signal when the *thread* that forked ends, so spawn only from the
// main thread. The child leads its own process group: Ctrl-C at the terminal reaches the harness alone, which then
// stops its children in order.
//
// Output is read through non-blocking pipes whenever somebody waits (wait_for, wait); every wait of the harness pumps
// all its children, so none blocks on a full pipe. Not thread-safe: all children belong to one thread.
#pragma once
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include <sys/types.h>

#include "core/base/clock.hpp"
#include "core/base/unique_fd.hpp"
#include "harness/process/guardian.hpp"

namespace interleave {

struct ChildOptions {
  std::string name{};                                // as it stands in messages: "server libuv_loop"
  std::vector<std::string> argv{};                   // argv[0] without a slash is looked up on PATH
  std::map<std::string, std::string> environment{};  // added to ours
  std::vector<std::uint32_t> cpus{};                 // affinity, set before exec; empty: ours
  std::size_t output_limit = 64U << 20U;             // bytes kept of each stream; what is beyond is read and dropped
};

struct ExitStatus {
  int code = 0;    // exit code, where signal is 0
  int signal = 0;  // the signal that ended it, 0 if it ended by itself
  [[nodiscard]] bool success() const noexcept { return code == 0 && signal == 0; }
};

// "exit 2", "killed by SIGSEGV".
[[nodiscard]] std::string to_string(const ExitStatus& status);

// CPU time and memory of an ended child, from wait4: children of its own that it waited for are included.
struct EndedUsage {
  std::chrono::nanoseconds user{0};
  std::chrono::nanoseconds system{0};
  std::int64_t max_rss_kib = 0;
};

class Child {
 public:
  // Starts it. Throws std::system_error if it cannot be started; a program that is not there is errno ENOENT.
  [[nodiscard]] static Child spawn(ChildOptions options);

  // Kills it (SIGKILL, the whole group) and reaps it, if it still runs.
  ~Child();
  Child(Child&& other) noexcept;
  Child& operator=(Child&& other) noexcept;
  Child(const Child&) = delete;
  Child& operator=(const Child&) = delete;

  [[nodiscard]] pid_t pid() const noexcept { return pid_; }
  [[nodiscard]] const std::string& name() const noexcept { return name_; }

  // What it has written so far. Complete once the child has ended and exited() was seen.
  [[nodiscard]] const std::string& out() const noexcept { return out_; }
  [[nodiscard]] const std::string& err() const noexcept { return err_; }
  // The last non-empty line of stderr, for messages; empty if there is none.
  [[nodiscard]] std::string last_error_line() const;
  // Complete lines of stdout, counted; and the n-th of them without its newline.
  [[nodiscard]] std::size_t line_count() const noexcept { return line_ends_.size(); }
  [[nodiscard]] std::string line(std::size_t index) const;

  // Reads what is there and reaps it if it has ended. Never blocks.
  void poll();
  // Its end, if that was seen. poll() first, or wait.
  [[nodiscard]] const std::optional<ExitStatus>& exited() const noexcept { return exit_; }
  [[nodiscard]] const EndedUsage& ended_usage() const noexcept { return usage_; }

  // False: it has ended already.
  bool signal(int number) noexcept;  // NOLINT(readability-make-member-function-const): acts on the process
  // SIGTERM, and SIGKILL to its whole group after the grace. Returns how it ended; `forced` says whether by SIGKILL.
  struct Ending {
    ExitStatus status;
    bool forced = false;
  };
  Ending terminate(std::chrono::milliseconds grace);

  // Descriptors to poll for input or the end; -1 where closed.
  [[nodiscard]] int out_fd() const noexcept { return out_pipe_.get(); }
  [[nodiscard]] int err_fd() const noexcept { return err_pipe_.get(); }
  [[nodiscard]] int end_fd() const noexcept { return exit_ ? -1 : pid_fd_.get(); }

 private:
  Child() = default;
  void kill_and_reap() noexcept;
  void reap_if_ended();
  void read_output();

  pid_t pid_ = -1;
  std::string name_;
  UniqueFd pid_fd_;
  UniqueFd out_pipe_;
  UniqueFd err_pipe_;
  std::size_t output_limit_ = 0;
  std::string out_;
  std::string err_;
  std::vector<std::size_t> line_ends_;  // offsets of '\n' in out_
  std::optional<ExitStatus> exit_;
  Guardian guardian_;
  EndedUsage usage_;
};

// Where a program named without a slash lies on PATH; nullopt if it is not there or not executable.
[[nodiscard]] std::optional<std::filesystem::path> find_program(const std::string& name);

// Waits until `done` holds, pumping the children's output; it is asked after every event, and at least once.
// False: the deadline passed first, or `wake_fd` (-1: none) became readable.
bool wait_for(std::span<Child* const> children, TimePoint deadline, int wake_fd, const std::function<bool()>& done);

}  // namespace interleave
