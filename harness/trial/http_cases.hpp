// The HTTP/1.1 that the server contract (servers/README.md) demands, as a table: what is sent, what must come. The
// same facts as tests/conformance/http_test.py has, without the cases that need options of their own (time limits).
#pragma once
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "harness/trial/http_reply.hpp"

namespace interleave {

struct ExpectedReply {
  std::vector<int> statuses;  // any of these
  std::string body = {};      // exactly; empty: any
  std::string header = {};    // must be there
  std::string value = {};     // of that header; empty: any
};

// What is sent, piece by piece, then what must come for it, in order.
struct Exchange {
  std::vector<std::string> pieces;
  std::vector<ExpectedReply> replies;
  ReplyTo to = ReplyTo::other;
};

// On a connection of its own.
struct HttpCase {
  std::string name;
  std::vector<std::string> needs;  // capabilities without which it does not apply
  std::vector<Exchange> exchanges;
  std::uint32_t backend_calls = 0;      // exactly so many
  bool closes = false;                  // the server ends the connection then, and sends nothing more
  bool beside_a_stuck_request = false;  // another client's request is with the backend, and stays there
};

// The routes that the cases ask for, as a workload file.
[[nodiscard]] std::string_view http_workload() noexcept;

[[nodiscard]] std::vector<HttpCase> http_cases();

// The first of its needs that is not among `capabilities`; empty: the case applies.
[[nodiscard]] std::string lacking(const HttpCase& http_case, const std::vector<std::string>& capabilities);

// One line that says what is wrong, empty if nothing is.
[[nodiscard]] std::string judge_reply(const ExpectedReply& expected, const StreamReply& reply);

}  // namespace interleave
