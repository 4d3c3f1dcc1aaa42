#include "sshd/thread_group.h"

#include <algorithm>
#include <csignal>
#include <cstring>
#include <exception>
#include <memory>
#include <utility>

#include "core/base/log.h"

namespace minpaas::sshd {
namespace {

/// Creates the thread with every signal blocked: signals are for the main thread.
int create_quiet(std::size_t stack_bytes, void* (*entry)(void*), void* argument) {
  pthread_attr_t attributes;
  pthread_attr_init(&attributes);
  pthread_attr_setstacksize(&attributes, stack_bytes);
  sigset_t all;
  sigset_t before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  pthread_t thread;
  const int failed = pthread_create(&thread, &attributes, entry, argument);
  pthread_sigmask(SIG_SETMASK, &before, nullptr);
  pthread_attr_destroy(&attributes);
  return failed;
}

}  // namespace

ThreadGroup::~ThreadGroup() {
  while (!join_until(std::chrono::steady_clock::now() + seconds(60))) {
    log::warn("ssh: waiting for {} threads to end", running());
  }
}

Result<void> ThreadGroup::start(const std::string& name, std::size_t stack_bytes,
                                std::function<void()> body) {
  auto task = std::make_unique<Task>(Task{this, name, std::move(body)});
  {
    std::scoped_lock lock(mutex_);
    ++running_;
  }
  const int failed = create_quiet(stack_bytes, &ThreadGroup::run, task.get());
  if (failed != 0) {
    {
      std::scoped_lock lock(mutex_);
      --running_;
    }
    changed_.notify_all();
    return Error{ErrorCode::Unavailable, "the server cannot start another thread",
                 "try again in a moment", std::strerror(failed)};
  }
  static_cast<void>(task.release());  // the thread owns it now
  return {};
}

void* ThreadGroup::run(void* task) {
  std::unique_ptr<Task> mine(static_cast<Task*>(task));
  pthread_setname_np(pthread_self(), mine->name.substr(0, 15).c_str());
  try {
    mine->body();
  } catch (const std::exception& bug) {
    log::error("ssh: thread {} ended by an exception: {}", mine->name, bug.what());
  }
  ThreadGroup* group = mine->group;
  // What the body captured must be gone before anyone can take this thread for ended.
  mine.reset();
  group->finished(pthread_self());
  return nullptr;
}

void ThreadGroup::finished(pthread_t thread) {
  {
    std::scoped_lock lock(mutex_);
    --running_;
    ended_.push_back(thread);
    changed_.notify_all();
  }
  // Still safe: the group is not destroyed before this thread has been joined.
  wake_.signal();
}

void ThreadGroup::reap() {
  std::vector<pthread_t> ended;
  {
    std::scoped_lock lock(mutex_);
    ended.swap(ended_);
  }
  for (const pthread_t thread : ended) {
    pthread_join(thread, nullptr);
  }
}

bool ThreadGroup::join_until(SteadyTime deadline) {
  bool all_ended = false;
  {
    std::unique_lock lock(mutex_);
    all_ended = changed_.wait_until(lock, deadline, [this] { return running_ == 0; });
  }
  reap();
  return all_ended;
}

std::size_t ThreadGroup::running() const {
  std::scoped_lock lock(mutex_);
  return running_;
}

}  // namespace minpaas::sshd
