import { P2cPicker } from '../../lib/balancing/p2c-picker.js';
import { pickerContract } from './picker.contract.js';

pickerContract('P2cPicker of two', (random) => new P2cPicker(random));
pickerContract('P2cPicker of three', (random) => new P2cPicker(random, 3));
pickerContract('P2cPicker of five', (random) => new P2cPicker(random, 5));
