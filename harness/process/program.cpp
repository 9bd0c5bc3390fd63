#include "harness/process/program.hpp"

#include <algorithm>
#include <csignal>

#include <nlohmann/json.hpp>

#include "core/base/error.hpp"

namespace interleave {
namespace {

constexpr std::size_t kQuotedBytes = 120;  // of foreign output in our messages

[[noreturn]] void throw_ended(const Child& child) {
  const std::string reason = child.last_error_line();
  if (child.exited()->code == static_cast<int>(ExitCode::not_supported) && child.exited()->signal == 0) {
    throw ProgramNotSupported(reason.empty() ? "not supported on this host" : reason);
  }
  throw ProgramError(child.name() + " ended: " + describe_end(child));
}

}  // namespace

bool Waiter::any_ended() const {
  return std::any_of(children_.begin(), children_.end(),
                     [](const Child* child) { return child->exited().has_value(); });
}

bool Waiter::until(TimePoint deadline, const std::function<bool()>& done) {
  interrupt_->check();
  const bool held = wait_for(children_, deadline, interrupt_->wake_fd(), done);
  interrupt_->check();
  return held;
}

std::string describe_end(const Child& child) {
  if (!child.exited()) return "still running";
  std::string text = to_string(*child.exited());
  if (const std::string line = child.last_error_line(); !line.empty()) text += ": " + line;
  return text;
}

std::optional<std::uint16_t> parse_ready_line(std::string_view line) {
  const auto json = nlohmann::json::parse(line, nullptr, false);
  if (!json.is_object()) return std::nullopt;
  const auto ready = json.find("ready");
  const auto port = json.find("port");
  if (ready == json.end() || !ready->is_boolean() || !ready->get<bool>()) return std::nullopt;
  if (port == json.end() || !port->is_number_unsigned()) return std::nullopt;
  const auto value = port->get<std::uint64_t>();
  if (value == 0 || value > 65535) return std::nullopt;
  return static_cast<std::uint16_t>(value);
}

Endpoint await_ready(const Child& child, Waiter& waiter, TimePoint deadline) {
  const auto spoke = [&child] { return child.line_count() > 0 || child.exited(); };
  if (!waiter.until(deadline, spoke)) throw ProgramError(child.name() + " printed no ready line in time");
  if (child.line_count() == 0) throw_ended(child);
  const std::string line = child.line(0);
  const auto port = parse_ready_line(line);
  if (!port) {
    throw ProgramError(child.name() + " printed '" + line.substr(0, kQuotedBytes) +
                       R"(' instead of {"ready":true,"port":N})");
  }
  return {"127.0.0.1", *port};
}

std::string live_counters_line(Child& child, Waiter& waiter, TimePoint deadline) {
  const std::size_t before = child.line_count();
  if (!child.signal(SIGUSR1)) throw ProgramError(child.name() + " ended: " + describe_end(child));
  const auto answered = [&] { return child.line_count() > before || child.exited(); };
  if (!waiter.until(deadline, answered)) throw ProgramError(child.name() + " did not answer SIGUSR1 in time");
  if (child.line_count() <= before) throw ProgramError(child.name() + " ended: " + describe_end(child));
  return child.line(before);
}

std::optional<std::string> last_counters_line(const Child& child) {
  if (child.line_count() < 2) return std::nullopt;
  return child.line(child.line_count() - 1);
}

Child run_to_end(ChildOptions options, const Interrupt& interrupt, TimePoint deadline) {
  Child child = Child::spawn(std::move(options));
  Waiter waiter(interrupt);
  waiter.watch(child);
  if (!waiter.until(deadline, [&child] { return child.exited().has_value(); })) {
    throw ProgramError(child.name() + " did not end in time");
  }
  return child;
}

}  // namespace interleave
