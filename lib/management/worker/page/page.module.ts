import { Module } from '@nestjs/common';
import { PageFiles } from './page-files.js';
import { PageController } from './page.controller.js';

/** `GET /` and `GET /page/…`; the page listens to `GET /feed`. */
@Module({
  controllers: [PageController],
  providers: [{ provide: PageFiles, useFactory: () => new PageFiles() }],
  exports: [PageFiles],
})
export class PageModule {}
