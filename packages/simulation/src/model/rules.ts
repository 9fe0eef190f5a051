/**
 * A rule of the protocol that the model can do without, so that the search shows what it prevents. Named by its row of
 * docs/protocol/deviations.md; where a row holds several rules, each has a switch of its own.
 *
 * - `D1`: verdicts on the chain (without: TxV1 and TxV0 do not exist, Tx5 spends Tx0:0 from t2); `D1 order`, on top of
 *   that: first Tx3, then Tx5 (without: the other way around)
 * - `D2`: waits count from the parent (without: Tx5, Tx4′ and Tx1′ have lock times that count from Tx0)
 * - `D3`: r = 0 covers what was never delivered or opened (without: nobody says it, and no arbiter confirms it)
 * - `D4`: the verification lock (without: the fee output is V's alone)
 * - `D5`: arbiters sign transactions (without: what unlocks Tx7 is a secret that unlocks Tx8 too)
 * - `D6`: NA (without: C, W, V and k arbiters can spend what TxA pools)
 * - `D7`: stakes are inputs of Tx0 (without: an arbiter can spend its stake at any time)
 * - `D8`: a smaller S is signed only against those who failed (without: arbiters sign every S that they are in)
 * - `D9`: the point lock (without: C pays by plain signatures, and W can withhold h_p)
 * - `D10`: nobody chooses the sample (without: W grinds one that misses its bad chunk)
 * - `D11`: arbiters judge the accuser's claim (without: a sample of their own, which misses the chunk)
 * - `D12`: after d = 0 and no Tx8, S signs the other decision on TxA; `D12 held`: only who held a complete Tx8_S does;
 *   `D12 in time`: only one that W had by Δ_2 − 2Δ counts (without: signatures given in that moment turn the decision)
 * - `D13`: time-out exits are complete at setup (without: C alone finishes them)
 * - `D14`: verdicts mature at t0 + 2Δ (without: at once)
 * - `D16`: a child pays what a block asks (without: what was signed at setup waits until fees fall, 6Δ)
 * - `D17`: σ is the Worker's share (without: it is the sampled share as well)
 * - `D20`: W has the inputs before it signs (without: C can withhold them)
 * - `D23`: k = ⌈μn⌉ (without: two arbiters are enough)
 * - `D24`: C releases Tx4 (without: it is pre-signed at setup)
 * - `D26`: Post (without: W reaches whom it likes, and what only C and V got nobody else knows)
 * - `D27`: C audits and challenges (without: it has no part after setup)
 * - `D28`: nobody owns F (without: F's owner is of the coalition)
 * - `D29`: claims are posted (without: shown to some arbiters only)
 * - `D31`: a challenge is judged against what V's verdict names (without: against anything that W signed)
 * - `D32`: Tx9c_S
 * - `D33`: C may claim on TxA
 * - `D34`: deadlines are "confirmed before" (without: V publishes TxV1 at t1 − Δ)
 * - `D35`: TxV1 and TxV0 have different txids
 * - `D36`: the stages are repeated after Δ_2, against whoever does not sign the other decision
 * - `D37`: a block hash stands for a challenge seed that its owner withholds, V's too, and an opening is always owed
 *   (without: V opens last, and no opening is owed without s_V); `D37 unopened`, on top of that: arbiters confirm `unopened`
 *   whenever they accepted no opening (without: only if one was owed); `D37 real`: a seed that fits its hash
 *   counts always (without: only one that everybody got in time, and its owner shows it to W alone)
 * - `D38`: arbiters have the program before they sign (without: C gives it to some only)
 */
export const RULES = [
  'D1',
  'D1 order',
  'D2',
  'D3',
  'D4',
  'D5',
  'D6',
  'D7',
  'D8',
  'D9',
  'D10',
  'D11',
  'D12',
  'D12 held',
  'D12 in time',
  'D13',
  'D14',
  'D16',
  'D17',
  'D20',
  'D23',
  'D24',
  'D26',
  'D27',
  'D28',
  'D29',
  'D31',
  'D32',
  'D33',
  'D34',
  'D35',
  'D36',
  'D37',
  'D37 unopened',
  'D37 real',
  'D38',
] as const;
export type Rule = (typeof RULES)[number];
