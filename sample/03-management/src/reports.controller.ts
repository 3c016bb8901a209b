import { Controller } from '@nestjs/common';
import { MessagePattern } from '@nestjs/microservices';

/** A service that can be made to hang, as a loop over too much data or a bad regular expression would. */
@Controller()
export class ReportsController {
  @MessagePattern('reports.total')
  total(numbers: readonly number[]): number {
    return numbers.reduce((sum, each) => sum + each, 0);
  }

  @MessagePattern('reports.hang')
  hang(seconds: number): string {
    crunchForEver(seconds);
    return `hung for ${seconds} s`;
  }
}

/** The name that the captured stack shows. */
function crunchForEver(seconds: number): void {
  const end = Date.now() + seconds * 1_000;
  while (Date.now() < end);
}
