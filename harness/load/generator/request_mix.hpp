// What is sent: the bytes of each request, prepared before the run. Which route a request takes depends on the seed
// and its id alone, so every server faces the same sequence. Immutable, shared by all threads; no allocation per
// request.
#pragma once
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace interleave {

// How a request says its id: the backend's delays depend on it, so equal ids are equal work for every server.
enum class IdPlace : std::uint8_t { none, query, header };

struct MixRoute {
  std::string target;
  double weight = 1;
  int expected_status = 0;  // 0: any from 200 to 399
};

struct MixOptions {
  std::string authority;  // for the Host header
  std::string method = "GET";
  std::vector<std::string> headers{};  // "Name: value"; one named Host replaces ours
  std::string body{};
  bool close = false;  // "Connection: close" with every request
  IdPlace ids = IdPlace::none;
  std::vector<MixRoute> routes{};  // at least one
  std::uint64_t seed = 1;
};

class RequestMix {
 public:
  explicit RequestMix(const MixOptions& options);

  // Room that text() needs.
  [[nodiscard]] std::size_t max_size() const noexcept { return max_size_; }
  // The request with this id; the view is into this object or into `scratch`, which has max_size() bytes.
  [[nodiscard]] std::string_view text(std::uint64_t id, char* scratch) const noexcept;
  [[nodiscard]] bool is_expected(std::uint64_t id, int status) const noexcept;
  [[nodiscard]] bool is_head() const noexcept { return is_head_; }

 private:
  struct Route {
    std::string before_id;  // all of the request where there is no id
    std::string after_id;
    double up_to;  // cumulative share of the mix
    int expected_status;
  };
  [[nodiscard]] const Route& route_of(std::uint64_t id) const noexcept;

  std::vector<Route> routes_;
  std::uint64_t seed_;
  std::size_t max_size_ = 0;
  bool has_id_;
  bool is_head_;
};

}  // namespace interleave
