import { Controller, Get, Inject, Req, Res, ServiceUnavailableException } from '@nestjs/common';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { FeedHub } from './feed-hub.js';

/** `GET /feed`: server-sent events, each a `FeedPicture`. */
@Controller('feed')
export class FeedController {
  constructor(@Inject(FeedHub) private readonly hub: FeedHub) {}

  @Get()
  async feed(@Req() request: IncomingMessage, @Res() response: ServerResponse): Promise<void> {
    if (this.hub.isFull) throw new ServiceUnavailableException('too many pages listen');
    if (request.method === 'HEAD') response.end();
    else await this.hub.add(response);
  }
}
