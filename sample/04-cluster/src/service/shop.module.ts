import { Module } from '@nestjs/common';
import { SocketPoolModule } from 'nestjs-socket-pool';
import { ManagementModule } from 'nestjs-socket-pool/management';
import { ShopController } from './shop.controller.js';

@Module({
  imports: [
    // For the drain: servers finish before anything they use is destroyed.
    SocketPoolModule,
    // Its thread answers when the service hangs; clients learn from it that the service is stuck, not gone.
    ManagementModule.forRoot({ port: 0 }),
  ],
  controllers: [ShopController],
})
export class ShopModule {}
