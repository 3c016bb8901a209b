import type { DynamicModule } from '@nestjs/common';
import { Module } from '@nestjs/common';
import type { PageTokens } from './page-files.js';
import { PageFiles } from './page-files.js';
import { PageController } from './page.controller.js';

/** `GET /` and `GET /page/…`; the page listens to `GET /feed`. */
@Module({})
export class PageModule {
  static forRoot(tokens: PageTokens): DynamicModule {
    return {
      module: PageModule,
      controllers: [PageController],
      providers: [{ provide: PageFiles, useFactory: () => new PageFiles(tokens) }],
    };
  }
}
