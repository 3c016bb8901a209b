import { binaryDialect } from '../../lib/protocol/binary/binary-dialect.js';
import { nestTcpDialect } from '../../lib/protocol/nest-tcp/nest-tcp-dialect.js';
import { describeDialect } from './dialect.contract.js';

describeDialect(binaryDialect);
describeDialect(nestTcpDialect);
