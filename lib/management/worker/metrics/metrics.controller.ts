import { Controller, Get, Header, Inject, NotImplementedException } from '@nestjs/common';
import { MetricsExposition, MetricsUnavailableError } from './metrics-exposition.js';
import { METRICS_CONTENT_TYPE } from './prometheus-text.js';

/** For Prometheus to scrape. */
@Controller('metrics')
export class MetricsController {
  constructor(@Inject(MetricsExposition) private readonly exposition: MetricsExposition) {}

  @Get()
  @Header('Content-Type', METRICS_CONTENT_TYPE)
  @Header('Cache-Control', 'no-store')
  async metrics(): Promise<string> {
    try {
      return await this.exposition.render();
    } catch (error) {
      if (error instanceof MetricsUnavailableError)
        throw new NotImplementedException(error.message);
      throw error;
    }
  }
}
