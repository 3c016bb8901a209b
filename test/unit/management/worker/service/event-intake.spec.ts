import { describe, expect, it } from 'vitest';
import { FlightRecorder } from '../../../../../lib/management/worker/diagnostics/flight-recorder.js';
import { EventIntake } from '../../../../../lib/management/worker/service/event-intake.js';
import { ManualClock } from '../../../../support/manual-clock.js';

describe('the intake of events', () => {
  it('keeps those of the service and management’s own', () => {
    const recorder = new FlightRecorder();
    const intake = new EventIntake(recorder, new ManualClock());
    expect(intake.lastEventAt).toBeNull();
    intake.accept([{ at: 5, source: 'pool orders', name: 'connected', text: 'to 10.0.0.7' }]);
    expect(intake.lastEventAt).toBe(5);
    intake.note('offline', 'it was asked for');
    expect(intake.lastEventAt).toBe(1_700_000_001_000);
    expect(recorder.sources).toEqual(['management', 'pool orders']);
  });
});
