// Test support: a session between a client and a backend that exist only as texts, with a clock that is set by hand.
#pragma once
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/service/session.hpp"

namespace interleave {

// /hello; /one_call (db); /two_calls (db, api); /items (serialize 2, db, serialize 1); /busy (cpu); /parallel (db,
// api, db at once, then api); /file (4 KiB, then 10 bytes); /sleep (5 ms, then db); /lock. db answers 64 bytes, api
// 1000.
[[nodiscard]] Workload test_workload();

class SessionDriver {
 public:
  using Backend = std::function<void(BackendCall&)>;  // fills in the outcome

  explicit SessionDriver(SessionOptions options = {});

  Session& session() noexcept { return *session_; }
  CounterTotals totals() const { return counters_->totals(); }
  void destroy() { session_.reset(); }

  // Runs until the session waits for the client or closes. `closed()` says which.
  void run();
  // run(), then hands over `data` (empty: the client closes its side) and performs the operation that follows.
  void send(std::string_view data);
  // run(), then ends the ReadOp with an error.
  void fail_read(std::error_code error);

  [[nodiscard]] bool closed() const noexcept { return closed_; }
  [[nodiscard]] const ReadOp& read_op() const { return pending_read_.value(); }

  TimePoint now{};
  Backend backend;                             // 64 bytes, no error (unless backend_error) if not replaced
  std::error_code backend_error;               // of the whole operation
  std::function<IoResult(std::size_t)> write;  // outcome of writing so many bytes; success unless replaced
  std::string sent;                            // all that reached the client
  std::vector<std::size_t> writes;             // sizes of the WriteOps
  std::vector<std::string> calls;              // requests to the backend
  std::vector<TimePoint> call_deadlines;
  std::vector<std::size_t> overlapping_calls;            // of each BackendOp
  std::function<IoResult(const FileReadOp&)> read_file;  // reads all unless replaced
  std::vector<std::size_t> files;                        // sizes of the FileReadOps
  std::vector<std::chrono::nanoseconds> sleeps;
  std::vector<std::size_t> boundaries;  // for each BoundaryOp: bytes sent before it

 private:
  void step();  // one operation
  void perform(const WriteOp& op);
  void perform(const BackendOp& op);

  std::unique_ptr<Counters> counters_;
  std::unique_ptr<Session> session_;
  std::optional<ReadOp> pending_read_;
  bool closed_ = false;
};

// What the client gets for the pieces, each delivered by a read of its own, after which it closes its side.
[[nodiscard]] std::string reply_to(const std::vector<std::string>& pieces, const SessionOptions& options = {});

// Expects `sent` for `request`, however it is split: whole, byte by byte and cut at every position.
void expect_reply(const std::string& request, std::string_view sent, const SessionOptions& options = {});

// Texts of replies as the session writes them.
[[nodiscard]] std::string json_reply(std::string_view body, std::string_view fields = "");
[[nodiscard]] std::string text_reply(std::string_view status, std::string_view body, std::string_view fields = "");
// An error that leaves the connection open, or closes it.
[[nodiscard]] std::string error_reply(std::string_view status);
[[nodiscard]] std::string refusal(std::string_view status);
[[nodiscard]] std::string get(std::string_view target, std::string_view fields = "");

inline constexpr std::string_view kHelloBody = "{\"route\":\"hello\",\"calls\":0,\"bytes\":0}\n";
inline constexpr std::string_view kOneCallBody = "{\"route\":\"one_call\",\"calls\":1,\"bytes\":64}\n";

}  // namespace interleave
