// A few threads that work through the steps of a sequence together.

#ifndef FOLIO_TEAM_H_
#define FOLIO_TEAM_H_

#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstdlib>
#include <thread>
#include <vector>

namespace folio {

// All threads of a team wait until the last has come. Waiting spins, because a step is over in about a millisecond and waking a
// sleeping thread takes a good part of that; after a while it lets other programs run.
class Barrier {
 public:
  explicit Barrier(int count) : count_(count), waiting_(0), round_(0) {}

  void Wait() {
    const int64_t round = round_.load(std::memory_order_acquire);
    if (waiting_.fetch_add(1, std::memory_order_acq_rel) + 1 == count_) {
      waiting_.store(0, std::memory_order_relaxed);
      round_.store(round + 1, std::memory_order_release);
      return;
    }
    for (int spins = 0; round_.load(std::memory_order_acquire) == round; ++spins) {
      if (spins > 4000) {
        std::this_thread::yield();
      } else {
#if defined(__x86_64__)
        __builtin_ia32_pause();
#endif
      }
    }
  }

 private:
  const int count_;
  std::atomic<int> waiting_;
  std::atomic<int64_t> round_;
};

// Threads for work on so many units: as many as TensorFlow uses, but not so many that each has next to nothing to do.
inline int TeamSize(int64_t units) {
  const char* asked = std::getenv("TF_NUM_INTRAOP_THREADS");
  int threads = asked != nullptr ? std::atoi(asked) : 0;
  if (threads <= 0) threads = static_cast<int>(std::thread::hardware_concurrency());
  return static_cast<int>(std::max<int64_t>(1, std::min<int64_t>({threads, units / 32, 16})));
}

// The part of `units` that member `index` of `count` has: [begin, end).
struct Share {
  int64_t begin, end;
  Share(int64_t units, int index, int count) : begin(units * index / count), end(units * (index + 1) / count) {}
  int64_t size() const { return end - begin; }
};

// Calls work(index) on every member; this thread is member 0.
template <typename Work>
void RunTeam(int count, Work work) {
  std::vector<std::thread> others;
  for (int index = 1; index < count; ++index) others.emplace_back(work, index);
  work(0);
  for (std::thread& thread : others) thread.join();
}

}  // namespace folio

#endif  // FOLIO_TEAM_H_
