// One unit's gates for a batch, forward and backward: the equations of src/main/model/gru.ts and lstm.ts.

#ifndef FOLIO_CELL_ROWS_H_
#define FOLIO_CELL_ROWS_H_

#include <cstdint>

#include "cell_math.h"

namespace folio {
namespace {

// The numbers of a table's row at the ids, of a row of any length.
FOLIO_VERSIONS void LookupAny(int64_t batch, IN row, const int32_t* __restrict__ ids, OUT to) {
  for (int64_t b = 0; b < batch; ++b) to[b] = row[ids[b]];
}

#if FOLIO_X86_LEVELS
// The lowest of 16 lanes, as many as there are.
inline __mmask16 Lanes(int64_t count) {
  return static_cast<__mmask16>(count >= 16 ? 0xffff : count <= 0 ? 0 : (1u << count) - 1);
}

// The numbers of a row of at most 32 * kPairs: it is read into registers once, and an instruction takes 16 numbers out of 32 of them.
template <int kPairs>
FOLIO_AVX512 inline void LookupV4(int64_t batch, const float* row, int64_t width, const int32_t* ids, float* to) {
  __m512 low[kPairs], high[kPairs];
  for (int p = 0; p < kPairs; ++p) {
    low[p] = _mm512_maskz_loadu_ps(Lanes(width - 32 * p), row + 32 * p);
    high[p] = _mm512_maskz_loadu_ps(Lanes(width - 32 * p - 16), row + 32 * p + 16);
  }
  for (int64_t b = 0; b < batch; b += 16) {
    const __mmask16 there = Lanes(batch - b);
    const __m512i id = _mm512_maskz_loadu_epi32(there, ids + b);
    __m512 found = _mm512_permutex2var_ps(low[0], id, high[0]);  // by the lowest five bits
    for (int p = 1; p < kPairs; ++p) {
      const __mmask16 beyond = _mm512_cmpge_epi32_mask(id, _mm512_set1_epi32(32 * p));
      found = _mm512_mask_mov_ps(found, beyond, _mm512_permutex2var_ps(low[p], id, high[p]));
    }
    _mm512_mask_storeu_ps(to + b, there, found);
  }
}
#endif

// The numbers of a table's row [width] at the ids. A row of more than 128 would leave too few registers.
inline void Lookup(int64_t batch, const float* row, int64_t width, const int32_t* ids, float* to, Level level) {
#if FOLIO_X86_LEVELS
  if (level >= kAvx512 && width <= 64) return LookupV4<2>(batch, row, width, ids, to);
  if (level >= kAvx512 && width <= 96) return LookupV4<3>(batch, row, width, ids, to);
  if (level >= kAvx512 && width <= 128) return LookupV4<4>(batch, row, width, ids, to);
#endif
  (void)width;
  (void)level;
  LookupAny(batch, row, ids, to);
}

FOLIO_VERSIONS void GruRow(int64_t batch, IN az, IN ar, IN ah, IN xz, IN xr, IN xh, float bias, IN h, OUT next, OUT z,
                           OUT r, OUT u, OUT hh) {
  for (int64_t b = 0; b < batch; ++b) {
    const float zb = Sigmoid(xz[b] + az[b]);
    const float rb = Sigmoid(xr[b] + ar[b]);
    const float ub = ah[b] + bias;
    const float cb = Tanh(xh[b] + rb * ub);
    z[b] = zb;
    r[b] = rb;
    u[b] = ub;
    hh[b] = cb;
    next[b] = cb + zb * (h[b] - cb);
  }
}

FOLIO_VERSIONS void GruRowBack(int64_t batch, IN output, IN through, OUT direct, IN z, IN r, IN u, IN hh, IN h, OUT gz,
                               OUT gr, OUT gh, OUT gx) {
  for (int64_t b = 0; b < batch; ++b) {
    const float d = output[b] + direct[b] + through[b];
    const float keep = d * z[b];
    const float dz = d * (h[b] - hh[b]);
    const float p = (d - keep) * (1.0f - hh[b] * hh[b]);
    const float dr = p * u[b];
    gz[b] = dz * z[b] * (1.0f - z[b]);
    gr[b] = dr * r[b] * (1.0f - r[b]);
    gh[b] = p * r[b];
    gx[b] = p;
    direct[b] = keep;
  }
}

FOLIO_VERSIONS void LstmRow(int64_t batch, IN ai, IN af, IN ag, IN ao, IN xi, IN xf, IN xg, IN xo, OUT c, OUT next, OUT i,
                            OUT f, OUT g, OUT o, OUT squashed, OUT before) {
  for (int64_t b = 0; b < batch; ++b) {
    const float ib = Sigmoid(xi[b] + ai[b]);
    const float fb = Sigmoid(xf[b] + af[b]);
    const float gb = Tanh(xg[b] + ag[b]);
    const float ob = Sigmoid(xo[b] + ao[b]);
    const float cb = fb * c[b] + ib * gb;
    const float sb = Tanh(cb);
    before[b] = c[b];
    i[b] = ib;
    f[b] = fb;
    g[b] = gb;
    o[b] = ob;
    squashed[b] = sb;
    c[b] = cb;
    next[b] = ob * sb;
  }
}

FOLIO_VERSIONS void LstmRowBack(int64_t batch, IN output, IN through, OUT later, IN i, IN f, IN g, IN o, IN squashed, IN c,
                                OUT gi, OUT gf, OUT gg, OUT go) {
  for (int64_t b = 0; b < batch; ++b) {
    const float d = output[b] + through[b];
    const float e = later[b] + d * o[b] * (1.0f - squashed[b] * squashed[b]);
    gi[b] = e * g[b] * i[b] * (1.0f - i[b]);
    gf[b] = e * c[b] * f[b] * (1.0f - f[b]);
    gg[b] = e * i[b] * (1.0f - g[b] * g[b]);
    go[b] = d * squashed[b] * o[b] * (1.0f - o[b]);
    later[b] = e * f[b];
  }
}

}  // namespace
}  // namespace folio

#endif  // FOLIO_CELL_ROWS_H_
