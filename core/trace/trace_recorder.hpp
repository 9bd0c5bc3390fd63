// Records a server's trace: each thread writes its events into memory of its own, which was allocated and touched at
// the start. No lock, no allocation, no formatting while requests run; what finds no room is counted. Without a
// recorder a hook is one branch that is never taken; built with INTERLEAVE_TRACE=OFF it is nothing.
#pragma once
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <vector>

#include "core/trace/trace_event.hpp"

namespace interleave {

#ifdef INTERLEAVE_NO_TRACE
inline constexpr bool kTraceCompiled = false;
#else
inline constexpr bool kTraceCompiled = true;
#endif

// All that was recorded, and what was not.
struct Trace {
  std::vector<TraceEvent> events;  // by time; of one thread in the order they were recorded
  std::uint64_t dropped = 0;       // events that found no room
  std::uint32_t lanes = 0;         // threads at a time at most, that is: 1 + the largest lane
  std::uint32_t connections = 0;   // accepted
};

// Memory is handed out in blocks, so that one busy thread and many lazy ones are served alike.
class TraceRecorder {
 public:
  static constexpr std::size_t kBlockEvents = 1024;
  static constexpr std::size_t kDefaultBlocks = 1024;  // a million events, 16 MiB
  static constexpr std::size_t kMostLanes = 1024;      // threads at a time

  // `dropped` counts the events that find no room; it must outlive the recorder.
  explicit TraceRecorder(std::atomic<std::uint64_t>& dropped, std::size_t blocks = kDefaultBlocks);
  TraceRecorder(const TraceRecorder&) = delete;
  TraceRecorder& operator=(const TraceRecorder&) = delete;

  // REQUIRES: no thread records any more.
  [[nodiscard]] Trace collect() const;

 private:
  friend class TraceLane;
  struct alignas(64) Lane {
    std::atomic<bool> taken{false};
    TraceEvent* next = nullptr;
    TraceEvent* end = nullptr;
  };

  Lane* take_lane() noexcept;  // nullptr: all are taken
  void give_block(Lane& lane) noexcept;
  void record(Lane* lane, std::uint32_t connection, TraceState state, std::uint8_t detail) noexcept;

  std::atomic<std::uint64_t>& dropped_;
  std::vector<TraceEvent> events_;  // zeros where nothing was recorded
  std::atomic<std::size_t> blocks_given_{0};
  std::atomic<std::uint32_t> connections_{0};
  std::unique_ptr<std::array<Lane, kMostLanes>> lanes_;
};

// A thread's place in the trace, held for as long as it lives: one per thread. Not thread-safe.
class TraceLane {
 public:
  // nullptr: tracing is off. The recorder must outlive the lane.
  explicit TraceLane(TraceRecorder* recorder) noexcept
      : recorder_(kTraceCompiled ? recorder : nullptr),
        lane_(recorder_ != nullptr ? recorder_->take_lane() : nullptr) {}
  ~TraceLane() {
    if (lane_ != nullptr) lane_->taken.store(false, std::memory_order_release);
  }
  TraceLane(const TraceLane&) = delete;
  TraceLane& operator=(const TraceLane&) = delete;

  // Numbers a new connection and records it; 0 if tracing is off.
  [[nodiscard]] std::uint32_t accepted() noexcept {
    if (!on()) return 0;
    const std::uint32_t connection = recorder_->connections_.fetch_add(1, std::memory_order_relaxed) + 1;
    recorder_->record(lane_, connection, TraceState::accepted, 0);
    return connection;
  }
  void record(std::uint32_t connection, TraceState state) noexcept {
    if (on()) recorder_->record(lane_, connection, state, 0);
  }
  void waiting(std::uint32_t connection, TraceOp op) noexcept {
    if (on()) recorder_->record(lane_, connection, TraceState::waiting, static_cast<std::uint8_t>(op));
  }
  // After a wait that kept this thread from doing anything else.
  void running_after_held_wait(std::uint32_t connection) noexcept {
    if (on()) recorder_->record(lane_, connection, TraceState::running, kHeldThread);
  }

 private:
  [[nodiscard]] bool on() const noexcept { return kTraceCompiled && __builtin_expect(recorder_ != nullptr, 0) != 0; }

  TraceRecorder* recorder_;
  TraceRecorder::Lane* lane_;
};

}  // namespace interleave
