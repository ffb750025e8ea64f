import { describeHalf } from './fuzz.js'

describeHalf(1)
