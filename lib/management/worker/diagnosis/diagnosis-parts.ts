import type { CpuProfiler } from '../diagnostics/cpu-profiler.js';
import type { FlightRecorder } from '../diagnostics/flight-recorder.js';
import type { IncidentWatch } from '../diagnostics/incident-watch.js';
import type { StackCapture } from '../diagnostics/stack-capture.js';
import type { AdviceBoard } from './advice-board.js';
import type { HeapReader } from './heap-report.js';

/** The token of {@link DiagnosisParts}. */
export const DIAGNOSIS_PARTS = Symbol('DIAGNOSIS_PARTS');

export interface DiagnosisParts {
  readonly stack: Pick<StackCapture, 'capture'>;
  readonly incidents: Pick<IncidentWatch, 'list'>;
  readonly recorder: Pick<FlightRecorder, 'list' | 'sources'>;
  readonly advice: Pick<AdviceBoard, 'advise'>;
  readonly heap: Pick<HeapReader, 'read'>;
  readonly profiler: Pick<CpuProfiler, 'record'>;
  /** Whether profiles and heap statistics are allowed. */
  readonly isProfilingAllowed: boolean;
}
