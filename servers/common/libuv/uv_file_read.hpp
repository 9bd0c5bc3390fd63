// A file read through libuv's file API: open, read and close each run on libuv's pool of threads, the loop goes on.
#pragma once
#include <functional>

#include <uv.h>

#include "core/service/io_op.hpp"

namespace interleave {

// Starts the read; `done` is called once, from the loop. The operation's path and buffer are borrowed until then.
void start_uv_file_read(uv_loop_t& loop, const FileReadOp& op, std::function<void(const IoResult&)> done);

}  // namespace interleave
