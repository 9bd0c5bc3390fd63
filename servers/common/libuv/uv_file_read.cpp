#include "servers/common/libuv/uv_file_read.hpp"

#include <cstddef>
#include <memory>
#include <utility>

#include <fcntl.h>

#include "servers/common/libuv/uv_stream.hpp"

namespace interleave {
namespace {

// open -> read, until full or at the end -> close. Owns itself from the first request to the last callback.
class UvFileRead {
 public:
  UvFileRead(uv_loop_t& loop, const FileReadOp& op, std::function<void(const IoResult&)> done)
      : loop_(loop), op_(op), done_(std::move(done)) {
    request_.data = this;
  }

  static void start(std::unique_ptr<UvFileRead> read) {
    UvFileRead& self = *read.release();
    const int status = uv_fs_open(&self.loop_, &self.request_, self.op_.path->c_str(), O_RDONLY | O_CLOEXEC, 0,
                                  [](uv_fs_t* request) { of(request).on_opened(); });
    if (status < 0) self.end(status);
  }

 private:
  static UvFileRead& of(uv_fs_t* request) { return *static_cast<UvFileRead*>(request->data); }

  // The result of the request that has ended.
  ssize_t take_result() {
    const ssize_t result = request_.result;
    uv_fs_req_cleanup(&request_);
    return result;
  }

  void on_opened() {
    const ssize_t file = take_result();
    if (file < 0) return end(static_cast<int>(file));
    file_ = static_cast<uv_file>(file);
    read_more();
  }

  void read_more() {
    const auto rest = op_.buffer.subspan(result_.bytes);
    const uv_buf_t buffer = uv_buf_init(reinterpret_cast<char*>(rest.data()), static_cast<unsigned>(rest.size()));
    const int status =
        uv_fs_read(&loop_, &request_, file_, &buffer, 1, -1, [](uv_fs_t* request) { of(request).on_read(); });
    if (status < 0) close(status);
  }

  void on_read() {
    const ssize_t count = take_result();
    if (count < 0) return close(static_cast<int>(count));
    result_.bytes += static_cast<std::size_t>(count);
    if (count > 0 && result_.bytes < op_.buffer.size()) return read_more();
    close(0);
  }

  void close(int error) {
    if (error < 0) result_.error = uv_error(error);
    const int status = uv_fs_close(&loop_, &request_, file_, [](uv_fs_t* request) { of(request).on_closed(); });
    if (status < 0) end(status);
  }

  void on_closed() {
    take_result();
    end(0);
  }

  void end(int error) {
    if (error < 0) result_.error = uv_error(error);
    const std::unique_ptr<UvFileRead> owned(this);
    done_(result_);
  }

  uv_loop_t& loop_;
  FileReadOp op_;
  std::function<void(const IoResult&)> done_;
  uv_fs_t request_{};
  uv_file file_ = -1;
  IoResult result_;
};

}  // namespace

void start_uv_file_read(uv_loop_t& loop, const FileReadOp& op, std::function<void(const IoResult&)> done) {
  UvFileRead::start(std::make_unique<UvFileRead>(loop, op, std::move(done)));
}

}  // namespace interleave
