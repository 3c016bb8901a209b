import { Controller, Get, Inject, NotFoundException, Param, StreamableFile } from '@nestjs/common';
import type { PageFile } from './page-files.js';
import { PageFiles } from './page-files.js';

/** The page for people. Its files hold nothing of the service; what they show they ask for, with the token. */
@Controller()
export class PageController {
  constructor(@Inject(PageFiles) private readonly files: PageFiles) {}

  @Get()
  start(): StreamableFile {
    return send(this.files.start);
  }

  @Get('page/:name')
  file(@Param('name') name: string): StreamableFile {
    return send(this.files.find(name));
  }
}

function send(file: PageFile | undefined): StreamableFile {
  if (file === undefined) throw new NotFoundException();
  const { content, type } = file;
  return new StreamableFile(content, { type, length: content.length });
}
