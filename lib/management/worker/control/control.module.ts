import { Module } from '@nestjs/common';
import { ConnectionsController } from './connections.controller.js';
import { LifecycleController } from './lifecycle.controller.js';
import { PictureReader } from './picture-reader.js';
import { PoolsController } from './pools.controller.js';
import { ServersController } from './servers.controller.js';

@Module({
  controllers: [PoolsController, ServersController, ConnectionsController, LifecycleController],
  providers: [PictureReader],
})
export class ControlModule {}
