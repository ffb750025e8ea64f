import { describeHalf } from './fuzz.js'

describeHalf(0)
