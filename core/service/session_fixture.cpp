#include "core/service/session_fixture.hpp"

#include <chrono>
#include <utility>
#include <variant>

#include <gtest/gtest.h>

namespace interleave {
namespace {

std::string reply(std::string_view status, std::string_view type, std::string_view body, std::string_view fields) {
  std::string text = "HTTP/1.1 ";
  text.append(status);
  if (status.starts_with("503")) text.append("\r\nRetry-After: 1");
  if (status.starts_with("405")) text.append("\r\nAllow: GET, HEAD, POST");
  text.append("\r\nContent-Type: ").append(type);
  text.append("\r\nContent-Length: ").append(std::to_string(body.size())).append("\r\n");
  return text.append(fields).append("\r\n").append(body);
}

std::string error_body(std::string_view status) {
  return std::string(status.substr(4)) + "\n";
}

}  // namespace

Workload test_workload() {
  Workload workload;
  workload.name = "test";
  workload.services = {{.name = "db", .latency = ConstantLatency{}, .reply_bytes = 64},
                       {.name = "api", .latency = ConstantLatency{}, .reply_bytes = 1000}};
  workload.routes = {
      {.target = "/hello", .weight = 1, .steps = {}, .expect = {}},
      {.target = "/one_call", .weight = 1, .steps = {CallStep{0}}, .expect = {}},
      {.target = "/two_calls", .weight = 1, .steps = {CallStep{0}, CallStep{1}}, .expect = {}},
      {.target = "/items", .weight = 1, .steps = {SerializeStep{2}, CallStep{0}, SerializeStep{1}}, .expect = {}},
      {.target = "/busy", .weight = 1, .steps = {CpuStep{std::chrono::microseconds(1)}}, .expect = {}},
      {.target = "/parallel",
       .weight = 1,
       .steps = {ParallelStep{{CallStep{0}, CallStep{1}, CallStep{0}}}, CallStep{1}},
       .expect = {}},
      {.target = "/file", .weight = 1, .steps = {FileStep{4096}, FileStep{10}}, .expect = {}},
      {.target = "/sleep",
       .weight = 1,
       .steps = {SleepStep{std::chrono::milliseconds(5)}, CallStep{0}},
       .expect = {}},
      {.target = "/lock", .weight = 1, .steps = {LockStep{std::chrono::microseconds(1)}}, .expect = {}},
  };
  return workload;
}

namespace {

// One for all drivers: it writes files, and a fuzz test makes thousands of drivers.
const Service& test_service() {
  static const Service service(test_workload(), CpuRate{.iterations_per_us = 10});
  return service;
}

}  // namespace

SessionDriver::SessionDriver(SessionOptions options)
    : counters_(std::make_unique<Counters>()),
      session_(std::make_unique<Session>(test_service(), options, *counters_, counters_->shard(0))) {
  backend = [](BackendCall& call) { call.reply_bytes = 64; };
  read_file = [](const FileReadOp& op) { return IoResult{.bytes = op.buffer.size(), .error = {}}; };
  write = [](std::size_t bytes) { return IoResult{.bytes = bytes, .error = {}}; };
}

void SessionDriver::run() {
  while (!closed_ && !pending_read_) step();
}

void SessionDriver::step() {
  const IoOp op = session_->next(now);
  if (const auto* read = std::get_if<ReadOp>(&op)) {
    pending_read_ = *read;
  } else if (const auto* written = std::get_if<WriteOp>(&op)) {
    perform(*written);
  } else if (const auto* called = std::get_if<BackendOp>(&op)) {
    perform(*called);
  } else if (const auto* file = std::get_if<FileReadOp>(&op)) {
    files.push_back(file->buffer.size());
    session_->complete(read_file(*file));
  } else if (const auto* sleep = std::get_if<SleepOp>(&op)) {
    sleeps.push_back(sleep->duration);
    session_->complete({});
  } else if (std::holds_alternative<BoundaryOp>(op)) {
    boundaries.push_back(sent.size());
    session_->complete({});
  } else {
    closed_ = true;
  }
}

void SessionDriver::perform(const WriteOp& op) {
  ASSERT_FALSE(op.bytes.empty());
  writes.push_back(op.bytes.size());
  const IoResult result = write(op.bytes.size());
  if (!result.error) sent.append(reinterpret_cast<const char*>(op.bytes.data()), op.bytes.size());
  session_->complete(result);
}

void SessionDriver::perform(const BackendOp& op) {
  call_deadlines.push_back(op.deadline);
  overlapping_calls.push_back(op.calls.size());
  for (BackendCall& call : op.calls) {
    calls.emplace_back(call.request);
    if (!backend_error) call.error.clear();
    backend(call);
  }
  session_->complete({.bytes = 0, .error = backend_error});
}

void SessionDriver::send(std::string_view data) {
  run();
  ASSERT_TRUE(pending_read_) << "the session does not read";
  pending_read_.reset();
  // A copy that goes away after the following next(), so that AddressSanitizer finds what is kept beyond it.
  const std::vector<char> borrowed(data.begin(), data.end());
  session_->complete_read(std::as_bytes(std::span(borrowed)));
  step();
}

void SessionDriver::fail_read(std::error_code error) {
  run();
  ASSERT_TRUE(pending_read_) << "the session does not read";
  pending_read_.reset();
  session_->complete({.bytes = 0, .error = error});
  run();
}

std::string reply_to(const std::vector<std::string>& pieces, const SessionOptions& options) {
  SessionDriver driver(options);
  for (const std::string& piece : pieces) {
    driver.run();
    if (driver.closed()) break;
    driver.send(piece);
  }
  driver.run();
  if (!driver.closed()) driver.send("");
  driver.run();
  EXPECT_TRUE(driver.closed());
  return driver.sent;
}

void expect_reply(const std::string& request, std::string_view sent, const SessionOptions& options) {
  EXPECT_EQ(reply_to({request}, options), sent) << testing::PrintToString(request);
  std::vector<std::string> bytes;
  for (const char c : request) bytes.emplace_back(1, c);
  EXPECT_EQ(reply_to(bytes, options), sent) << "byte by byte: " << testing::PrintToString(request);
  for (std::size_t i = 1; i < request.size(); ++i) {
    ASSERT_EQ(reply_to({request.substr(0, i), request.substr(i)}, options), sent)
        << "cut at " << i << ": " << testing::PrintToString(request);
  }
}

std::string json_reply(std::string_view body, std::string_view fields) {
  return reply("200 OK", "application/json", body, fields);
}
std::string text_reply(std::string_view status, std::string_view body, std::string_view fields) {
  return reply(status, "text/plain", body, fields);
}
std::string error_reply(std::string_view status) {
  return text_reply(status, error_body(status));
}
std::string refusal(std::string_view status) {
  return text_reply(status, error_body(status), "Connection: close\r\n");
}
std::string get(std::string_view target, std::string_view fields) {
  std::string text = "GET ";
  return text.append(target).append(" HTTP/1.1\r\nHost: a\r\n").append(fields).append("\r\n");
}

}  // namespace interleave
